#![no_main]

concord_fuzz::target!("histomicsui", "export.json");
