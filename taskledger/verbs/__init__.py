"""One module a verb of `taskledger`; no verb imports another."""
