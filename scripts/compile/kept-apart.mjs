/** Packages that no bundle takes in: native parts, and what finds its data or is patched by its path inside the package. */
export const keptApart = ['chdb', 'lmdb', 'kafkajs', 'pdfkit', 'roboto-fontface'];
