#![no_main]

concord_fuzz::target!("ratings_table", "export.csv");
