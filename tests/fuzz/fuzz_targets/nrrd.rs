#![no_main]

concord_fuzz::target!("nrrd", "export.nrrd");
