#![no_main]

concord_fuzz::target!("coco", "export.json");
