#![no_main]

concord_fuzz::target!("labelme", "export.json");
