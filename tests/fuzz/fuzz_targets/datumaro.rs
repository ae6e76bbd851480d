#![no_main]

concord_fuzz::target!("datumaro", "export.json");
