#![no_main]

concord_fuzz::target!("superannotate", "export.json");
