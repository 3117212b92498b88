/** Whether the tests that the usual run leaves out are run as well: `npm run test:cluster -- --full`. */
export const full = Boolean(process.env.FIREAXE_FULL);
