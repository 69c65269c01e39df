"""What ECS says: asked in few calls, and made into records; nothing of it is a judgement."""
