#![no_main]

concord_fuzz::target!("ulabel", "export.json");
