#![no_main]

concord_fuzz::target!("labelme_web", "export.xml");
