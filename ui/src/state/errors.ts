/** What features need to know of errors, which come from the host. */
export { asApiError } from '../host';
