#![no_main]

concord_fuzz::target!("auto", "export");
