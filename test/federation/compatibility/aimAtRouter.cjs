// The suite has one address written into it, that of the router; here the router listens where there is room.
const client = require('@apollo/federation-subgraph-compatibility-tests/dist/utils/client');

client.ROUTER_URL = process.env.COMPATIBILITY_ROUTER_URL;
