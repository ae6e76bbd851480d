#![no_main]

concord_fuzz::target!("via", "export.json");
