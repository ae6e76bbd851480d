#![no_main]

concord_fuzz::target!("supervisely", "export.json");
