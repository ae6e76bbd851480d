#![no_main]

concord_fuzz::target!("prodigy", "export.jsonl");
