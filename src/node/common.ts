import boot from '../transport/boot.sh';
import apart from './lib/common/apart.sh';
import base from './lib/common/base.sh';
import deadline from './lib/common/deadline.sh';
import identity from './lib/common/identity.sh';
import lock from './lib/common/lock.sh';
import operations from './lib/common/operations.sh';
import receipt from './lib/common/receipt.sh';
import room from './lib/common/room.sh';

/** The common part of every node script; the action's own functions follow it. */
export const common = base + boot + apart + deadline + identity + lock + receipt + room + operations;
