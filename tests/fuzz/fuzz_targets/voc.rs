#![no_main]

concord_fuzz::target!("voc", "export.xml");
