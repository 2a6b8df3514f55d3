"""The stacking plan: a tower drawn floor by floor, from the same rows as the API's availability grid."""
