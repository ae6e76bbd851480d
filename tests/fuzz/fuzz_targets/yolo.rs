#![no_main]

concord_fuzz::target!("yolo", "export.yaml");
