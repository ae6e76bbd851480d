#![no_main]

concord_fuzz::target!("dicom_ann", "export.dcm");
