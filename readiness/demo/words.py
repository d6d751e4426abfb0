"""Invented names and sentences for the demo county. Places and languages are real, people and groups are not."""

# LIO name, its districts
LIOS = [
    ("Peak and Dales Community Support (demo)", ["High Peak", "Derbyshire Dales", "North East Derbyshire"]),
    ("Three Valleys Voluntary Action (demo)", ["Erewash", "Amber Valley", "Bolsover", "Chesterfield"]),
    ("Derby and South Alliance (demo)", ["Derby", "South Derbyshire"]),
]
PLACES = {
    "Amber Valley": ["Ripley", "Alfreton", "Belper", "Heanor"],
    "Bolsover": ["Bolsover", "Shirebrook", "Clowne"],
    "Chesterfield": ["Chesterfield", "Staveley", "Brimington"],
    "Derbyshire Dales": ["Matlock", "Bakewell", "Ashbourne", "Wirksworth"],
    "Erewash": ["Ilkeston", "Long Eaton", "Sandiacre"],
    "High Peak": ["Buxton", "Glossop", "New Mills", "Whaley Bridge"],
    "North East Derbyshire": ["Dronfield", "Clay Cross", "Eckington"],
    "South Derbyshire": ["Swadlincote", "Melbourne", "Hilton"],
    "Derby": ["Normanton", "Pear Tree", "Arboretum", "Sinfin", "Littleover"],
}
# How the community speaks of itself, census communities, languages
PEOPLES = [
    ("South Asian", ["Indian", "Pakistani"], ["Punjabi", "Urdu"]),
    ("Caribbean", ["Caribbean"], ["English"]),
    ("Polish", ["Any other White background"], ["Polish"]),
    ("Chinese", ["Chinese"], ["Cantonese", "Mandarin"]),
    ("Roma", ["Roma"], ["Romani", "Slovak"]),
    ("Bangladeshi", ["Bangladeshi"], ["Bengali", "Sylheti"]),
    ("African", ["African"], ["Swahili", "Shona"]),
    ("Filipino", ["Any other Asian background"], ["Tagalog"]),
    ("Gypsy and Traveller", ["Gypsy or Irish Traveller"], ["English"]),
    ("Sudanese", ["African", "Arab"], ["Arabic"]),
    ("Ukrainian", ["Any other White background"], ["Ukrainian"]),
    ("Syrian", ["Arab"], ["Arabic", "Kurdish"]),
    ("Mixed Heritage", ["White and Black Caribbean", "White and Asian"], ["English"]),
    ("Latin American", ["Any other ethnic group"], ["Spanish", "Portuguese"]),
    ("Nepalese", ["Any other Asian background"], ["Nepali"]),
    ("Pakistani", ["Pakistani"], ["Urdu", "Mirpuri"]),
]
# Words in the name, whom it serves, what it does
SORTS = [
    ("Women's Group", ["Women"], ["Health care", "Leisure and culture"]),
    ("Elders' Circle", ["Older people"], ["Adult social care", "Leisure and culture"]),
    ("Community Association", ["Whole community"], ["Advice and legal", "Leisure and culture"]),
    (
        "Carers' Network",
        ["Carers", "Disabled people and people with long-term illness"],
        ["Adult social care"],
    ),
    ("Youth Project", ["Children and young people"], ["Education", "Children and families"]),
    ("Lunch Club", ["Older people"], ["Adult social care"]),
    ("Saturday School", ["Children and young people", "Families"], ["Education"]),
    ("Welcome Group", ["Refugees and people seeking asylum"], ["Immigration and asylum", "Housing"]),
    ("Friendship Circle", ["Women", "Families"], ["Mental health", "Leisure and culture"]),
    ("Health Forum", ["Whole community"], ["Health care", "Mental health"]),
]
GENERIC = [
    "{place} Neighbours Together",
    "{place} Good Neighbour Scheme",
    "{place} Family Centre Friends",
    "{place} Befriending Project",
    "{place} Community Kitchen",
]
FIRST_NAMES = [
    "Amara",
    "Bilal",
    "Chen",
    "Dorota",
    "Esther",
    "Farida",
    "Gurpreet",
    "Hana",
    "Ibrahim",
    "Jasmin",
    "Kwame",
    "Leila",
    "Mei",
    "Nadia",
    "Olu",
    "Parveen",
    "Rosa",
    "Samira",
    "Tomasz",
    "Usha",
    "Viktoria",
    "Winston",
    "Yusuf",
    "Zofia",
]
LAST_NAMES = [
    "Demo-Ahmed",
    "Demo-Brown",
    "Demo-Chowdhury",
    "Demo-Duda",
    "Demo-Eze",
    "Demo-Fernando",
    "Demo-Green",
    "Demo-Hussain",
    "Demo-Ivanova",
    "Demo-Johnson",
    "Demo-Kaur",
    "Demo-Li",
]
LEAD = ("lead@demo.example", "Leila Demo-Lead")  # the one who signs in
LEAD_NOTES = [
    "We don't know whom to write to. Can you help us find the right person?",
    "Talked about it on Sunday. Two members will start.",
]
DROPPED = [
    "The group has chosen to wait.",
    "A partner does this for the group now.",
    "Nobody has time this year.",
]
CONTACT_ROLES = ["Chair", "Secretary", "Treasurer", "Organiser", "Founder"]
MEETING_PLACES = [
    "Village hall",
    "Library meeting room",
    "Community centre",
    "Church hall",
    "A member's home",
]
MEETING_TIMES = ["First Tuesday, 10 am", "Every Thursday, 1 pm", "Second Saturday, 2 pm", "Sundays, 4 pm"]
PEOPLE_MET = ["Chair and two volunteers", "Secretary", "Six members over lunch", "Treasurer and a trustee"]
SUMMARIES = [
    "Talked through what a commissioner is and who decides about day services. The group was keen to be heard.",
    "Looked at the enquiries the group has had since the last visit. They keep a notebook now.",
    "The group told us of members turned away for want of an interpreter. We agreed to write it down.",
    "Went through the policies. The safeguarding one is drafted; the equality one is next.",
    "Met at the lunch club. Two members want to come to the county forum and asked for help with transport.",
    "Discussed working under a larger provider. They have met one and would like to meet again.",
    "Short call: the treasurer is new, so the accounts wait a month. Everything else is on track.",
    "Planned a focus group with older members, with an interpreter.",
]
NEXT_NOTES = [
    "Go on with the assessment",
    "Look at the draft policy",
    "Plan the focus group",
    "Review the plan",
]
PRIVATE_NOTES = [
    "The chair is tired and may step down; ask gently who could share the work.",
    "Tension between two committee members; meet them apart next time.",
    "",
    "",
    "",
]
NOTES = [
    "Rang the council; they will answer next week.",
    "Draft is with the committee.",
    "First meeting held.",
]
OWN_ACTIONS = [
    ("Open a bank account in the group's name", "The treasurer asks two banks what they need"),
    ("Find a second person who can sign for payments", "Ask at the next meeting"),
    ("Write down what the group does on one page", "Collect three sentences from members"),
]
