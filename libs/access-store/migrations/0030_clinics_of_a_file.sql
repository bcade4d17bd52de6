-- Clinics that the archiver has of the file in VIGIE_CLINICS_FILE: it changes and takes away these, and never one that people have put there.
ALTER TABLE vigie.clinics ADD COLUMN IF NOT EXISTS of_file UInt8 DEFAULT 0;
