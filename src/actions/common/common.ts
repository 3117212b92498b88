import boot from '../../transport/boot.sh';
import apart from './apart.sh';
import base from './base.sh';
import deadline from './deadline.sh';
import identity from './identity.sh';
import lock from './lock.sh';
import operations from './operations.sh';
import receipt from './receipt.sh';
import room from './room.sh';

/** The common part of every node script; the action's own functions follow it. */
export const common = base + boot + apart + deadline + identity + lock + receipt + room + operations;
