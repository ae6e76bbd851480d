#![no_main]

concord_fuzz::target!("labelbox", "export.json");
