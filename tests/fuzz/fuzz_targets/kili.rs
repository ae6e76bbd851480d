#![no_main]

concord_fuzz::target!("kili", "export.json");
