/** Builds the pages, for whoever has something else to do meanwhile. */
import { buildPages } from '../prepare.mjs';

buildPages();
