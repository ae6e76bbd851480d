#![no_main]

concord_fuzz::target!("dicom_seg", "export.dcm");
