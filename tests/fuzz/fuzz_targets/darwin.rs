#![no_main]

concord_fuzz::target!("darwin", "export.json");
