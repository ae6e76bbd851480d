#![no_main]

concord_fuzz::target!("brat", "export.ann");
