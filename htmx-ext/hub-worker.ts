// The SharedWorker in which the hub runs. Its name is the channel's, its address says where the router is.
import { startHub } from './hub.ts';

startHub(new URL('.', location.href).pathname, self.name);
