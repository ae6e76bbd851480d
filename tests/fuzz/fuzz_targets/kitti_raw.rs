#![no_main]

concord_fuzz::target!("kitti_raw", "export.txt");
