#![no_main]

concord_fuzz::target!("redbrick", "export.json");
