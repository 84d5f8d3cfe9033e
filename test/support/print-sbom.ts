import { productionBill } from './production-bill';

/** `npm run sbom` */
process.stdout.write(productionBill());
