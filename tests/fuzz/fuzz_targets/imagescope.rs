#![no_main]

concord_fuzz::target!("imagescope", "export.xml");
