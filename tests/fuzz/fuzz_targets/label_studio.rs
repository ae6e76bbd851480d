#![no_main]

concord_fuzz::target!("label_studio", "export.json");
