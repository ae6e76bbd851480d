#![no_main]

concord_fuzz::target!("png_mask", "export.png");
