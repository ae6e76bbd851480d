#![no_main]

concord_fuzz::target!("cvat", "export.json");
