#![no_main]

concord_fuzz::target!("lidc", "export.xml");
