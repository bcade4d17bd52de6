/** Encodings that an index may have, by their names in the Encoding standard: what older systems of Western Europe write, and spreadsheets. */
export const indexEncodings = ['utf-8', 'windows-1252', 'iso-8859-15', 'utf-16le'] as const;
