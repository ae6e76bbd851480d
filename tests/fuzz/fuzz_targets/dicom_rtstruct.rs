#![no_main]

concord_fuzz::target!("dicom_rtstruct", "export.dcm");
