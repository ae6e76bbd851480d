#![no_main]

concord_fuzz::target!("mdai", "export.json");
