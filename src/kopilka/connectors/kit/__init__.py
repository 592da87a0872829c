"""What every connector is made of: calls and answers, a manifest, routes, the services of the house, numbers as others
write them. A connector itself is a folder beside this one.
"""
