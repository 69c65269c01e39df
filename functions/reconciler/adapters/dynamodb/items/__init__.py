"""The items of the table: each kind of row as DynamoDB holds it, and back."""
