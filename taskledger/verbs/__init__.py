"""One module for each verb of `taskledger`; no verb imports another."""
