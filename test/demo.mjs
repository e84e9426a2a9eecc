// Makes the demonstration before stories that run side by side want a copy.
import { demo, report } from './http/lib.mjs';
process.off('exit', report);
demo();
