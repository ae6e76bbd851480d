#![no_main]

concord_fuzz::target!("asap", "export.xml");
