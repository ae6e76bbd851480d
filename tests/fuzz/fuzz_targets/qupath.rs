#![no_main]

concord_fuzz::target!("qupath", "export.json");
