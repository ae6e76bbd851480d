#![no_main]

concord_fuzz::target!("encord", "export.json");
