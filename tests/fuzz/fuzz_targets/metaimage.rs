#![no_main]

concord_fuzz::target!("metaimage", "export.mha");
