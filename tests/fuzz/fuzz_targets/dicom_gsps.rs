#![no_main]

concord_fuzz::target!("dicom_gsps", "export.dcm");
