#![no_main]

concord_fuzz::target!("slicer_markups", "export.mrk.json");
