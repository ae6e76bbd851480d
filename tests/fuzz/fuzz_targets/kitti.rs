#![no_main]

concord_fuzz::target!("kitti", "export.txt");
