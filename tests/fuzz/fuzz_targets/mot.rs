#![no_main]

concord_fuzz::target!("mot", "export.txt");
