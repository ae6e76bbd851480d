#![no_main]

concord_fuzz::target!("dicom_sr", "export.dcm");
